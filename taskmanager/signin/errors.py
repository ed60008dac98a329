"""What can go wrong with a sign-in, named for what we do about it."""


class SignInFailed(Exception):
    """`unused`: a refresh token that the provider gave nevertheless, and that nobody holds yet."""

    unused: str | None = None


class SignInNeeded(Exception):
    """Nobody is signed in, or the provider no longer accepts the session's tokens."""


class ProviderUnavailable(SignInFailed):
    """The provider cannot be reached or its answer makes no sense; nobody is signed out."""


class Crowded(ProviderUnavailable):
    """Not asked: too many of our own threads wait already."""


class RefreshRefused(SignInFailed):
    """The provider no longer accepts the refresh token: the person has to sign in again."""


class SignInRefused(SignInFailed):
    """This sign-in did not succeed. `code` selects our message; `detail` is for the log only."""

    def __init__(self, code: str, detail: str = "") -> None:
        # Both may be text of any length from outside.
        super().__init__(f"sign-in refused: {code[:60]} {detail[:200]}")
        self.code = code
        self.detail = detail

    @property
    def fields(self) -> dict[str, str]:
        """What the log says of it."""
        return {"reason": self.code[:60], "detail": self.detail[:200]}
