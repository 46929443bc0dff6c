"""What a study is: reads and checks a study folder, and hands it to the models."""
