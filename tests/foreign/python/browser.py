"""A browser as far as Signet's pages need one: cookies, redirects and forms, up to the client's redirect URI."""

import os
from html.parser import HTMLParser
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests


class Page(HTMLParser):
    """The first form of a page, and where its meta refresh leads."""

    def __init__(self, html):
        super().__init__()
        self.action, self.fields, self.buttons, self.refresh = None, {}, {}, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attrs["action"]
        elif tag == "input":
            self.fields[attrs["name"]] = attrs.get("value", "")
        elif tag == "button" and "id" in attrs:
            self.buttons[attrs["id"]] = attrs
        elif tag == "meta" and attrs.get("http-equiv") == "refresh":
            self.refresh = attrs["content"].split("url=", 1)[1]

    def answer(self):
        """What a person would fill in and press."""
        typed = {"identifier": os.environ["LOGIN"], "password": os.environ["PASSWORD"]}
        fields = {name: typed.get(name, value) for name, value in self.fields.items()}
        pressed = next(self.buttons[id] for id in ("sign-in", "allow", "continue-as") if id in self.buttons)
        if "name" in pressed:
            fields[pressed["name"]] = pressed["value"]
        return fields


def authorize(url, redirect_uri):
    """Goes from an authorization URL, as the person who signs in and allows all, to where the client waits."""
    session = requests.Session()
    # Browsers send Secure cookies to loopback.
    session.cookies.set_policy(DefaultCookiePolicy(secure_protocols=("http", "https")))
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(os.environ["ISSUER"]))
    response = session.get(url, allow_redirects=False, timeout=30)
    for _ in range(12):
        assert response.status_code < 400, f"{response.url} answered {response.status_code}:\n{response.text}"
        page = Page(response.text)
        following = response.headers.get("location") or page.refresh
        if following is None:
            action = urljoin(response.url, page.action)
            response = session.post(
                action, data=page.answer(), headers={"Origin": origin}, allow_redirects=False, timeout=30
            )
            continue
        following = urljoin(response.url, following)
        if following.startswith(f"{redirect_uri}?"):
            return following
        response = session.get(following, allow_redirects=False, timeout=30)
    raise AssertionError("the pages lead nowhere")
