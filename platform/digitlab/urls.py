"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from digitlab.accounts.first_account import first_account
from digitlab.accounts.log_in import LogInView
from digitlab.api import api
from digitlab.pages import about, glossary
from digitlab.processes.health import healthz, livez, readyz

handler500 = "digitlab.http.server_error.server_error"

urlpatterns = [
    path("", include("inference.pages.urls")),
    path("", include("training.pages.urls")),
    path("", include("datasets.urls")),
    path("", include("storage.urls")),
    path("api/v1/", api.urls),
    path("healthz", healthz, name="healthz"),
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("about/", about, name="about"),
    path("glossary/", glossary, name="glossary"),
    path("login/", LogInView.as_view(), name="login"),
    path("admin/login/", LogInView.as_view()),
    path("first-account/<str:token>/", first_account, name="first_account"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    # Where browsers look for the icon of a page that names none, as those of the admin and of the API's documentation.
    path("favicon.ico", login_not_required(RedirectView.as_view(url=static("favicon.svg"))), name="favicon"),
]
