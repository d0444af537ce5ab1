from django.urls import path

from outbox import views

urlpatterns = [
    path("messages/", views.sent, name="sent_messages"),
    path("messages/address-works/", views.address_works, name="address_works"),
    path("settings/messages/", views.message_settings, name="message_settings"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
