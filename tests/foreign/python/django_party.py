"""mozilla-django-oidc in an application of one page, which says as JSON what it knows of the person."""

import os
import sys
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import jwt
import requests
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import include, path

ISSUER = os.environ["ISSUER"]
metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=30).json()

settings.configure(
    SECRET_KEY="for cookies",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mozilla_django_oidc"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    LOGGING={
        "version": 1,
        "handlers": {"stderr": {"class": "logging.StreamHandler"}},
        "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR"}},
    },
    # In the process, as the database is.
    SESSION_ENGINE="django.contrib.sessions.backends.cache",
    AUTHENTICATION_BACKENDS=[f"{__name__}.Backend"],
    LOGIN_REDIRECT_URL="/",
    LOGOUT_REDIRECT_URL="/",
    OIDC_RP_CLIENT_ID=os.environ["CLIENT_ID"],
    OIDC_RP_CLIENT_SECRET=os.environ["CLIENT_SECRET"],
    OIDC_RP_SIGN_ALGO="RS256",
    OIDC_RP_SCOPES="openid email profile",
    OIDC_OP_AUTHORIZATION_ENDPOINT=metadata["authorization_endpoint"],
    OIDC_OP_TOKEN_ENDPOINT=metadata["token_endpoint"],
    OIDC_OP_USER_ENDPOINT=metadata["userinfo_endpoint"],
    OIDC_OP_JWKS_ENDPOINT=metadata["jwks_uri"],
    OIDC_OP_LOGOUT_URL_METHOD=f"{__name__}.logout_url",
    OIDC_TOKEN_USE_BASIC_AUTH=True,
    OIDC_USE_PKCE=True,
    OIDC_STORE_ID_TOKEN=True,
)
django.setup()

# It reads the settings.
from mozilla_django_oidc.auth import OIDCAuthenticationBackend  # noqa: E402


class Backend(OIDCAuthenticationBackend):
    """Keeps what the UserInfo endpoint said."""

    def create_user(self, claims):
        return self.update_user(super().create_user(claims), claims)

    def update_user(self, user, claims):
        user.first_name = claims["name"]
        user.save()
        self.request.session["userinfo"] = claims
        return user


def logout_url(request):
    query = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": request.build_absolute_uri("/"),
    }
    return f"{metadata['end_session_endpoint']}?{urlencode(query)}"


def page(request):
    if not request.user.is_authenticated:
        return JsonResponse(None, safe=False)
    # It was verified when it came.
    id_token = jwt.decode_complete(request.session["oidc_id_token"], options={"verify_signature": False})
    return JsonResponse(
        {
            "email": request.user.email,
            "name": request.user.first_name,
            "userinfo": request.session["userinfo"],
            "id_token": id_token["payload"],
            "kid": id_token["header"]["kid"],
        }
    )


urlpatterns = [path("", page), path("oidc/", include("mozilla_django_oidc.urls"))]


class Quiet(WSGIRequestHandler):
    """Logs no requests."""

    def log_message(self, *_):
        pass


call_command("migrate", verbosity=0)
with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdout.close()
    server.serve_forever()
