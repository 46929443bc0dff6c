"""A synthetic data dump, seeded and of any size, in the form of the official writer.

`write_sample` does it; `analyses.sample.command` is its command line. The parts: the official form
(`official`), the shape of the published figures (`shape`), when questions come and which ids posts
get (`arrivals`), what posts say (`phrases`, `recipes`, `wording`), who writes (`people`), what
becomes of a question (`threads`), and the eight tables (`tables`), all driven by one clock
(`site`).
"""

from analyses.sample.writer import SampleReport, write_sample
from loader.errors import SampleError

__all__ = ["SampleError", "SampleReport", "write_sample"]
