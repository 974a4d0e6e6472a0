"""What the United States and Russia warn of, promise and demand, from text to shares with intervals."""

__version__ = "0.1.0"
