from django.urls import path

from outbox import views

urlpatterns = [
    path("messages/address-works/", views.address_works, name="address_works"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
