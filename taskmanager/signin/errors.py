"""What can go wrong with a provider, named for what we do about it."""


class ProviderUnavailable(Exception):
    """The provider cannot be reached or talks nonsense: try later, nobody is signed out."""


class RefreshRefused(Exception):
    """The provider no longer accepts the refresh token: the person has to sign in again."""


class SignInRefused(Exception):
    """This sign-in did not succeed. `code` picks our words; `detail` is for the log only."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
