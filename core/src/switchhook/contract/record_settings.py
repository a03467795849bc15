"""The table `[records]`: where what happened in calls goes."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from .options import Choosing, FilePath, Table


class RecordsSettings(Table):
    """`[[records.sinks]]` names, in `use`, where records go besides: a table for each, with the sink's own
    options."""

    directory: FilePath | None = Field(
        None, description="one JSON Lines file a day; none: no such files are kept"
    )
    sinks: list[Choosing] = Field(default_factory=list, description="further places that records go to")
    spool: FilePath | None = Field(
        None,
        description="where the record of each call grows, until every sink has it; none: the folder `spool` "
        "in `directory`",
    )
    spool_size: int = Field(
        256,
        ge=16,
        description="megabytes that it may take for each process; what comes then goes to the log, and to "
        "sinks from memory",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> RecordsSettings:
        if self.sinks and self.waiting is None:
            raise ValueError('spool: sinks need a folder where records wait for them: spool = "spool"')
        if self.spool is not None and not self.sinks and self.directory is None:
            raise ValueError('spool: nothing empties it: say directory = "records", or name a sink')
        return self

    @property
    def waiting(self) -> Path | None:
        """Where records grow, and wait for the sinks."""
        return self.spool or (self.directory / "spool" if self.directory else None)
