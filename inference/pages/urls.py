"""Pages for drawing and for versions."""

from django.urls import path

from inference.pages import aliases, bulk, corrections, imports, mistakes, network, trash, versions

urlpatterns = [
    path("", versions.draw, name="draw"),
    path("corrections/", corrections.correction_list, name="corrections"),
    path("corrections/relabel/", corrections.correction_relabel, name="corrections_relabel"),
    path("corrections/delete/", corrections.correction_delete, name="corrections_delete"),
    path("versions/", versions.version_list, name="versions"),
    path("versions/import/", imports.version_import, name="version_import"),
    path("versions/aliases/", aliases.aliases, name="aliases"),
    path("versions/aliases/<str:name>/rollback/", aliases.alias_rollback, name="alias_rollback"),
    path("versions/aliases/<str:name>/delete/", aliases.alias_delete, name="alias_delete"),
    path("versions/bulk/", bulk.version_bulk, name="version_bulk"),
    path("versions/trash/", trash.trash, name="trash"),
    path("versions/trash/empty/", trash.trash_empty, name="trash_empty"),
    path("versions/<int:number>/", versions.version_page, name="version"),
    path("versions/<int:number>/mistakes/", mistakes.version_mistakes, name="version_mistakes"),
    path("versions/<int:number>/network/", network.page, name="version_network"),
    path("versions/<int:number>/network.json", network.summary, name="version_network_data"),
    path("versions/<int:number>/network/weights.json", network.weights, name="version_network_weights"),
    path("versions/<int:number>/network/<int:layer>/<int:neuron>.json", network.neuron, name="version_neuron"),
    path("versions/<int:number>/learning/<int:epoch>.json", network.learning, name="version_learning"),
    path("versions/<int:number>/champion/", versions.version_champion, name="version_champion"),
    path("versions/<int:number>/name/", versions.version_describe, name="version_name"),
    path("versions/<int:number>/notes/", versions.version_describe, name="version_notes"),
    path("versions/<int:number>/tags/", versions.version_describe, name="version_tags"),
    path("versions/<int:number>/rescale/", imports.version_rescale, name="version_rescale"),
    path("versions/<int:number>/trash/", trash.version_trash, name="version_trash"),
    path("versions/<int:number>/restore/", trash.version_restore, name="version_restore"),
    path("versions/<int:number>/delete/", trash.version_delete, name="version_delete"),
]
