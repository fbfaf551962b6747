"""Stands in for systemd's end of NOTIFY_SOCKET: prints each message as JSON, and lifts barriers as systemd does."""

import json
import os
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print(json.dumps(["bound"]), flush=True)
while True:
    text, descriptors, _, _ = socket.recv_fds(receiver, 4096, 1)
    for descriptor in descriptors:
        os.close(descriptor)
    lines = text.decode().splitlines()
    if lines != ["BARRIER=1"]:
        print(json.dumps(lines), flush=True)
