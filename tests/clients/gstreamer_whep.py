#!/usr/bin/python3 -B
"""
Watches a WHEP endpoint with GStreamer's webrtcbin, and says in a line of JSON
what it decoded.
"""

import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

import whep  # noqa: E402

TIMEOUT_S = 60
CAPS = {
    "audio": "application/x-rtp,media=audio,encoding-name=OPUS,"
             "clock-rate=48000,encoding-params=(string)2,payload=97",
    "video": "application/x-rtp,media=video,encoding-name=VP8,"
             "clock-rate=90000,payload=96,rtcp-fb-nack-pli=true",
}
# What makes frames of a track that was negotiated.
DECODERS = {
    "audio": "rtpopusdepay ! opusdec",
    "video": "rtpvp8depay ! vp8dec",
}


def ask(webrtc, action, *arguments):
    """Calls a signal that answers by a promise; gives the answer, which goes
    on owning what is in it."""
    promise = Gst.Promise.new()
    webrtc.emit(action, *arguments, promise)
    if promise.wait() != Gst.PromiseResult.REPLIED:
        sys.exit(f"webrtcbin: {action} had no answer")
    reply = promise.get_reply()
    if reply and reply.has_field("error"):
        sys.exit(f"webrtcbin: {action}: {reply.get_value('error')}")
    return reply


class Player:
    """The pipeline, and what came out of it. Its threads are GStreamer's."""

    def __init__(self, options):
        self.options = options
        self.session = whep.Session(options.url, options.key)
        self.seen = {"frames": 0, "width": 0, "height": 0, "audioFrames": 0}
        self.has_gathered = threading.Event()
        self.has_enough = threading.Event()
        self.pipeline = Gst.Pipeline.new()
        self.webrtc = Gst.ElementFactory.make("webrtcbin")
        self.webrtc.set_property("bundle-policy", "max-bundle")
        self.webrtc.connect("notify::ice-gathering-state", self.on_gathering)
        self.webrtc.connect("pad-added", self.on_pad)
        self.pipeline.add(self.webrtc)
        if options.address:
            # Kept, for its end would be the end of webrtcbin's own.
            self.agent = self.webrtc.get_property("ice-agent")
            self.agent.emit("add-local-ip-address", options.address)
        for caps in CAPS.values():
            self.webrtc.emit(
                "add-transceiver",
                GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY,
                Gst.Caps.from_string(caps))

    def on_gathering(self, webrtc, _):
        state = webrtc.get_property("ice-gathering-state")
        if state == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            self.has_gathered.set()

    def on_pad(self, _, pad):
        """A track of the answer."""
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps()[0].get_value("media")
        decoder = Gst.parse_bin_from_description(
            f"{DECODERS[kind]} ! fakesink name=sink signal-handoffs=true", True)
        sink = decoder.get_by_name("sink")
        sink.connect("handoff", self.on_frame, kind)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def on_frame(self, _, buffer, pad, kind):
        if kind == "audio":
            self.seen["audioFrames"] += 1
            return
        caps = pad.get_current_caps()[0]
        self.seen["frames"] += 1
        self.seen.update(width=caps["width"], height=caps["height"])
        if self.seen["frames"] >= self.options.frames:
            self.has_enough.set()

    def watch(self):
        """Returns when enough was decoded."""
        self.pipeline.set_state(Gst.State.PLAYING)
        offered = ask(self.webrtc, "create-offer", None)
        ask(self.webrtc, "set-local-description",
            offered.get_value("offer"))
        if not self.has_gathered.wait(TIMEOUT_S):
            sys.exit("webrtcbin: gathered no candidates")
        local = self.webrtc.get_property("local-description")
        answer = self.session.offer(local.sdp.as_text())
        _, sdp = GstSdp.SDPMessage.new_from_text(answer)
        ask(self.webrtc, "set-remote-description",
            GstWebRTC.WebRTCSessionDescription.new(
                GstWebRTC.WebRTCSDPType.ANSWER, sdp))
        if not self.has_enough.wait(TIMEOUT_S):
            sys.exit(f"only {self.seen}")
        print(json.dumps(self.seen), flush=True)

    def leave(self):
        if not self.options.no_delete:
            self.session.delete()
        self.pipeline.set_state(Gst.State.NULL)


def main():
    options = whep.arguments(__doc__).parse_args()
    Gst.init(None)
    player = Player(options)
    player.watch()
    if options.stay:
        whep.stay()
    player.leave()


main()
