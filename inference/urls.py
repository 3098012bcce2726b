"""Pages for drawing and for versions."""

from django.urls import path

from inference import alias_views, correction_views, import_views, network_views, trash_views, views

urlpatterns = [
    path("", views.draw, name="draw"),
    path("corrections/", correction_views.correction_list, name="corrections"),
    path("corrections/relabel/", correction_views.correction_relabel, name="corrections_relabel"),
    path("corrections/delete/", correction_views.correction_delete, name="corrections_delete"),
    path("versions/", views.version_list, name="versions"),
    path("versions/import/", import_views.version_import, name="version_import"),
    path("versions/aliases/", alias_views.aliases, name="aliases"),
    path("versions/aliases/<str:name>/rollback/", alias_views.alias_rollback, name="alias_rollback"),
    path("versions/aliases/<str:name>/delete/", alias_views.alias_delete, name="alias_delete"),
    path("versions/trash/", trash_views.trash, name="trash"),
    path("versions/trash/empty/", trash_views.trash_empty, name="trash_empty"),
    path("versions/<int:number>/", views.version_page, name="version"),
    path("versions/<int:number>/network/", network_views.page, name="version_network"),
    path("versions/<int:number>/network.json", network_views.summary, name="version_network_data"),
    path("versions/<int:number>/network/<int:layer>/<int:neuron>.json", network_views.neuron, name="version_neuron"),
    path("versions/<int:number>/learning/<int:epoch>.json", network_views.learning, name="version_learning"),
    path("versions/<int:number>/champion/", views.version_champion, name="version_champion"),
    path("versions/<int:number>/notes/", views.version_notes, name="version_notes"),
    path("versions/<int:number>/tags/", views.version_tags, name="version_tags"),
    path("versions/<int:number>/trash/", trash_views.version_trash, name="version_trash"),
    path("versions/<int:number>/restore/", trash_views.version_restore, name="version_restore"),
    path("versions/<int:number>/delete/", trash_views.version_delete, name="version_delete"),
]
