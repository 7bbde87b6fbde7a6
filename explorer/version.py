"""The version, where reading it costs nothing; pyproject.toml takes it from here."""

VERSION = "0.1.0"
