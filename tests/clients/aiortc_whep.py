#!/usr/bin/python3 -B
"""
Watches a WHEP endpoint with aiortc, and says in a line of JSON what each
session decoded.
"""

import asyncio
import json

import aioice.ice
import aiortc

import whep

TIMEOUT_S = 60


async def count(track, player):
    """Every frame that the decoder gives."""
    try:
        while True:
            frame = await track.recv()
            player.decoded(track.kind, frame)
    except aiortc.mediastreams.MediaStreamError:
        pass  # the track ended


class Player:
    """One session: what it received, and its ends."""

    def __init__(self, options):
        self.options = options
        self.session = whep.Session(options.url, options.key)
        # Without a list of its own aiortc asks a STUN server of the world.
        self.pc = aiortc.RTCPeerConnection(
            aiortc.RTCConfiguration(iceServers=[]))
        self.seen = {"frames": 0, "width": 0, "height": 0, "audioFrames": 0}
        self.has_enough = asyncio.Event()
        self.counting = []

    def decoded(self, kind, frame):
        if kind == "audio":
            self.seen["audioFrames"] += 1
            return
        self.seen["frames"] += 1
        self.seen.update(width=frame.width, height=frame.height)
        if self.seen["frames"] >= self.options.frames:
            self.has_enough.set()

    async def watch(self):
        """Returns when enough was decoded."""
        for kind in ("audio", "video"):
            self.pc.addTransceiver(kind, direction="recvonly")
        self.pc.on("track", lambda track: self.counting.append(
            asyncio.ensure_future(count(track, self))))
        # Gathers all candidates, too.
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await asyncio.to_thread(
            self.session.offer, self.pc.localDescription.sdp)
        await self.pc.setRemoteDescription(
            aiortc.RTCSessionDescription(sdp=answer, type="answer"))
        await asyncio.wait_for(self.has_enough.wait(), TIMEOUT_S)
        print(json.dumps(self.seen), flush=True)

    async def leave(self):
        if not self.options.no_delete:
            await asyncio.to_thread(self.session.delete)
        await self.pc.close()


async def main():
    parser = whep.arguments(__doc__)
    parser.add_argument("--sessions", type=int, default=1)
    options = parser.parse_args()
    if options.address:
        # It would pass over the loopback.
        aioice.ice.get_host_addresses = lambda **_: [options.address]
    players = [Player(options) for _ in range(options.sessions)]
    await asyncio.gather(*(player.watch() for player in players))
    if options.stay:
        await asyncio.to_thread(whep.stay)
    await asyncio.gather(*(player.leave() for player in players))


asyncio.run(main())
