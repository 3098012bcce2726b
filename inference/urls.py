"""Pages for drawing and for versions."""

from django.urls import path

from inference import correction_views, network_views, registry_views, views

urlpatterns = [
    path("", views.draw, name="draw"),
    path("corrections/", correction_views.correction_list, name="corrections"),
    path("corrections/relabel/", correction_views.correction_relabel, name="corrections_relabel"),
    path("corrections/delete/", correction_views.correction_delete, name="corrections_delete"),
    path("versions/", views.version_list, name="versions"),
    path("versions/import/", registry_views.version_import, name="version_import"),
    path("versions/compare/", views.compare, name="compare"),
    path("versions/<int:number>/", views.version_page, name="version"),
    path("versions/<int:number>/network/", network_views.page, name="version_network"),
    path("versions/<int:number>/network.json", network_views.summary, name="version_network_data"),
    path("versions/<int:number>/network/<int:layer>/<int:neuron>.json", network_views.neuron, name="version_neuron"),
    path("versions/<int:number>/champion/", views.version_champion, name="version_champion"),
    path("versions/<int:number>/notes/", views.version_notes, name="version_notes"),
    path("versions/<int:number>/tags/", views.version_tags, name="version_tags"),
    path("versions/<int:number>/delete/", views.version_delete, name="version_delete"),
]
