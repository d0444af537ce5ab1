from django.urls import path

from networks.views import breaks, invitations, invited, sharing, ties

urlpatterns = [
    path("", ties.network, name="network"),
    path("add/", ties.tie_add, name="tie_add"),
    path("<int:pk>/", ties.tie, name="tie"),
    path("<int:pk>/edit/", ties.tie_edit, name="tie_edit"),
    path("<int:pk>/remove/", ties.tie_remove, name="tie_remove"),
    path("<int:pk>/log/", ties.tie_log, name="tie_log"),
    path("<int:pk>/log/<int:touch_pk>/undo/", ties.touch_undo, name="touch_undo"),
    path("<int:pk>/invite/", invitations.invite, name="invite"),
    path("invitations/<int:pk>/resend/", invitations.resend, name="invitation_resend"),
    path("invitations/<int:pk>/withdraw/", invitations.withdraw, name="invitation_withdraw"),
    path("sharing/<int:pk>/", sharing.sharing, name="sharing"),
    path("sharing/<int:pk>/end/", sharing.membership_end, name="membership_end"),
    path("support/<int:pk>/leave/", sharing.leave_support, name="leave_support"),
    path("support/break/", breaks.take_break, name="break_from_all"),
    path("support/go-on/", breaks.go_on, name="go_on_with_all"),
    path("support/<int:pk>/break/", breaks.take_break, name="break_from"),
    path("support/<int:pk>/go-on/", breaks.go_on, name="go_on_with"),
    # What the invited person sees. The names come before the token, which has 43 characters.
    path("invited/", invited.invitation_page, name="invitation_page"),
    path("invited/accept/", invited.accept, name="invitation_accept"),
    path("invited/join/", invited.join, name="invitation_join"),
    path("invited/decline/", invited.decline, name="invitation_decline"),
    path("invited/declined/", invited.declined, name="invitation_declined"),
    path("invited/switch/", invited.switch, name="invitation_switch"),
    path("invited/<str:token>/", invited.invitation, name="invitation"),
]
