"""The base of all records."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record that refuses unknown keys, as a journal of another version may hold them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
