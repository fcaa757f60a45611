"""Through which door a request comes: the log keeps it with each act."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rentbook.kernel.log import Door, through

DOORS = {"admin": Door.BACK_OFFICE, "p": Door.PAY_PAGE, "sandbox": Door.PAY_PAGE, "api": Door.API}
DOORS |= {"webhooks": Door.CALLBACK, "accounts": Door.BACK_OFFICE}


class NameTheDoor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with through(DOORS.get(request.path.split("/")[1], Door.BACK_OFFICE)):
            return self.get_response(request)
