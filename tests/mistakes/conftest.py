from tests.cli.conftest import bare, folder

__all__ = ["bare", "folder"]
