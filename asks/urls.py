from django.urls import path

from asks.views import around, calendars, dates, making, member

urlpatterns = [
    path("", making.asks, name="asks"),
    path("new/", making.ask_new, name="ask_new"),
    path("for/<int:membership_pk>/", making.asks, name="asks_for"),
    path("for/<int:membership_pk>/new/", making.ask_new, name="ask_new_for"),
    path("<int:pk>/", dates.ask, name="ask"),
    path("<int:pk>/everybody/", dates.widen, name="ask_everybody"),
    path("<int:pk>/stop/", dates.stop, name="ask_stop"),
    path("dates/<int:pk>/soften/", dates.soften, name="ask_soften"),
    path("dates/<int:pk>/move/", dates.move, name="ask_move"),
    path("dates/<int:pk>/cancel/", dates.cancel, name="ask_cancel"),
    path("dates/<int:pk>/thank/", dates.thank, name="ask_thank"),
    path("dates/<int:pk>/entry.ics", calendars.entry, name="ask_entry"),
    path("gave/", around.gift, name="ask_gift"),
    path("gave/<int:pk>/undo/", around.gift_undo, name="ask_gift_undo"),
    path("offer/<int:pk>/", around.offer, name="ask_offer"),
    # What a supporter sees.
    path("open/", member.asks_open, name="asks_open"),
    path("open/<int:pk>/", member.ask_open, name="ask_open"),
    path("a/<str:token>/", member.ask_by_mail, name="ask_by_mail"),
    path("a/<str:token>/entry.ics", calendars.entry_by_mail, name="ask_entry_by_mail"),
    path("calendar/", calendars.calendar, name="ask_calendar"),
    path("calendar/<str:token>.ics", calendars.feed, name="ask_feed"),
]
