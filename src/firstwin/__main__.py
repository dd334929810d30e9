"""The program `firstwin`."""

from __future__ import annotations


def main() -> None:
    from firstwin.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
