"""The program `firstwin`."""

from __future__ import annotations

import gc

MANY = 20_000  # objects before the collector looks: by itself it looks through all that is being loaded, over and over


def main() -> None:
    gc.set_threshold(MANY, 20, 20)
    from firstwin.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
