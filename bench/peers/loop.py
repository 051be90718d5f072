"""Peer (a): a boto3 call in a loop. Reads requests from standard input, one a line; a failed call is printed and skipped."""

import json
import sys

from botocore.exceptions import ClientError

from bench.peers.call import transfer

for line in sys.stdin:
    try:
        transfer(json.loads(line))
    except ClientError as error:
        print(error, file=sys.stderr)
