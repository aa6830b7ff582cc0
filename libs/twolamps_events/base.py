"""What is every event? A frozen Pydantic model with a type name, a version and a publishing service.

Promises: strict to build (unknown or ill-typed fields raise), tolerant to read (unknown fields are ignored), so a
consumer survives a newer publisher. Within a version only optional fields may be added; anything else is a new class.
"""

from typing import Annotated, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

MAX_BODY_BYTES = 900_000
"""Largest body of an event; larger ones are refused when they are recorded."""

At = Annotated[AwareDatetime, PlainSerializer(lambda at: at.isoformat(), return_type=str, when_used="json")]
"""An aware UTC moment."""

Zone = Annotated[str, Field(min_length=1, max_length=64)]
"""An IANA zone name."""


class Event(BaseModel):
    """A fact that a service committed. `ce_type` follows CloudEvents 1.0: twolamps.<source>.<name>.v<version>."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    source: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[int] = 1

    @classmethod
    def ce_type(cls) -> str:
        """The CloudEvents type."""
        return f"twolamps.{cls.source}.{cls.name}.v{cls.version}"

    def body(self) -> bytes:
        """The JSON body; raises ValueError where it is larger than MAX_BODY_BYTES."""
        body = self.model_dump_json(exclude_none=True).encode()
        if len(body) > MAX_BODY_BYTES:
            raise ValueError(f"{self.ce_type()} has {len(body)} bytes, at most {MAX_BODY_BYTES} are allowed")
        return body

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a body, ignoring unknown fields; raises pydantic.ValidationError where a known field is wrong."""
        return cls.model_validate_json(body, extra="ignore", strict=False)
