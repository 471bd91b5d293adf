"""What every WHEP player says by HTTP: the offer, and that it leaves."""

import argparse
import sys
import urllib.parse
import urllib.request

TIMEOUT_S = 30


class Session:
    """One session at a WHEP endpoint, from its offer to its end."""

    def __init__(self, url, key=None):
        self.url = url
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def offer(self, sdp):
        """Gives the answer; a refusal raises urllib.error.HTTPError."""
        headers = {**self.headers, "Content-Type": "application/sdp"}
        request = urllib.request.Request(
            self.url, sdp.encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            location = answer.headers["Location"]
            self.url = urllib.parse.urljoin(self.url, location)
            return answer.read().decode()

    def delete(self):
        """The session's URL is its credential: it needs no key."""
        request = urllib.request.Request(self.url, method="DELETE")
        urllib.request.urlopen(request, timeout=TIMEOUT_S).close()


def arguments(about):
    """What to watch, and how long."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("url", help="a stream's whepUrl")
    parser.add_argument("--key", help="the stream key of a PRIVATE stream")
    parser.add_argument("--frames", type=int, default=20,
                        help="of video, to be decoded")
    parser.add_argument("--address",
                        help="receive here alone, the loopback perhaps")
    parser.add_argument("--stay", action="store_true",
                        help="goes on until the standard input ends")
    parser.add_argument("--no-delete", action="store_true",
                        help="leaves without a word by HTTP")
    return parser


def stay():
    """Returns when the standard input ends."""
    sys.stdin.read()
