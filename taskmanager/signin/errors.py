"""What can go wrong with a sign-in, named for what we do about it."""


class SignInNeeded(Exception):
    """Nobody is signed in, or the provider no longer accepts the session's tokens."""


class ProviderUnavailable(Exception):
    """The provider cannot be reached or its answer makes no sense; nobody is signed out."""


class RefreshRefused(Exception):
    """The provider no longer accepts the refresh token: the person has to sign in again."""


class SignInRefused(Exception):
    """This sign-in did not succeed. `code` selects our message; `detail` is for the log only."""

    def __init__(self, code: str, detail: str = "") -> None:
        # Both may be text of any length from outside.
        super().__init__(f"sign-in refused: {code[:60]} {detail[:200]}")
        self.code = code
        self.detail = detail
