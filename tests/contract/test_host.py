"""The demo's host page on another site, which embeds the widget of a given dashboard."""

from sandbox.host import create_host, host_url


def test_the_page_shows_the_widget_of_its_dashboard() -> None:
    browser = create_host("http://localhost:8000").test_client()
    page = browser.get("/").text
    assert '<script src="http://localhost:8000/widget/loader.js" async></script>' in page
    assert "<my-tasks" in page
    assert "Sandbox: not SailPoint" in page


def test_its_own_files_are_there() -> None:
    browser = create_host("http://localhost:8000").test_client()
    assert browser.get("/intranet.css").mimetype == "text/css"
    assert "my-tasks:" in browser.get("/intranet.js").text


def test_it_stands_on_another_site_than_the_dashboard() -> None:
    assert host_url(8701) == "http://intranet.localhost:8701"
