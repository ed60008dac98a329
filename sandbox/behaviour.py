"""What is known of ISC from single reports: the tenant can behave either way."""

from dataclasses import dataclass


@dataclass
class Behaviour:
    """`largest_offset`: lists refuse (400) to begin further back; None means they never do.

    `refuses_past_end`: lists refuse to begin where they have ended, instead of being empty there.

    `lists_whole_tenant`: an administrator who names no owner gets everybody's work items, not only
    their own.
    """

    largest_offset: int | None = None
    refuses_past_end: bool = False
    lists_whole_tenant: bool = True

    def reset(self) -> None:
        vars(self).update(vars(Behaviour()))
