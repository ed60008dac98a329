"""Signing in and out in the browser."""

from playwright.sync_api import Page, expect

from tests.environment import TENANT_URL


def sign_in(page: Page, name: str) -> None:
    """Choose the person on the provider's page, which `page` already shows."""
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url.startswith(TENANT_URL)
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("button", name=name)).to_be_visible()  # the person's menu in the header


def sign_out(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out of My Tasks")).to_be_visible()
