"""`python -m wmt` is `wmt`."""

from wmt.cli.main import run

if __name__ == "__main__":
    run()
