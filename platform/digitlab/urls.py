"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from digitlab.api import api
from digitlab.health import healthz

urlpatterns = [
    path("", include("inference.urls")),
    path("", include("training.urls")),
    path("api/v1/", api.urls),
    path("healthz", healthz, name="healthz"),
    path("login/", auth_views.LoginView.as_view(template_name="login.html"), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
]
