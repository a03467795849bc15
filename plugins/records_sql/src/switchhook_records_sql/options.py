"""The options of the record sink `sql`."""

from __future__ import annotations

from pydantic import Field, model_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from switchhook import FilePath, Seconds, Secret, Table

POSTGRESQL = "postgresql+psycopg"


class SqlOptions(Table):
    """One of `file` and `url`."""

    file: FilePath | None = Field(None, description="of SQLite; it is made, readable by its owner alone")
    url: Secret | None = Field(None, description="of PostgreSQL: postgresql://USER:PASSWORD@HOST/DATABASE")
    keep: Seconds | None = Field(
        None, gt=0, description='after its end a record is erased then, such as "90d"; none: never'
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> SqlOptions:
        if (self.file is None) == (self.url is None):
            raise ValueError('say either file = "records.db", or url = { env = "NAME" } for PostgreSQL')
        if self.url is not None:
            self.address()
        return self

    def address(self) -> URL:
        """Raises ValueError, without the password."""
        if self.file is not None:
            return URL.create("sqlite", database=str(self.file))
        try:
            url = make_url(self.url.get_secret_value() if self.url else "")
        except (ArgumentError, ValueError):
            raise ValueError("url: expected postgresql://USER:PASSWORD@HOST/DATABASE") from None
        if url.drivername not in ("postgresql", "postgres", POSTGRESQL):
            raise ValueError("url: expected one that begins with postgresql://")
        return url.set(drivername=POSTGRESQL)
