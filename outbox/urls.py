from django.urls import path

from outbox import views

urlpatterns = [
    path("address-works/", views.address_works, name="address_works"),
]
