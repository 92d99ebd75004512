# The mapping of `chatx convert --from smartsupp --to ferndesk --jsonl`, one payload after the other.
# bench/convert.mjs compares the two outputs byte for byte before it measures. Written for speed, so that the peer
# is at its best: no regular expressions, no to_entries, one time formatting for each message.

# Epoch milliseconds as ISO 8601 in UTC; no fraction where it is zero, and no trailing zeros in it.
def instant:
  (. % 1000) as $ms
  | ((. - $ms) / 1000 | strftime("%Y-%m-%dT%H:%M:%S")) as $seconds
  | if $ms == 0 then "\($seconds)Z"
    else "\($seconds).\("\($ms + 1000)"[1:] | rtrimstr("0") | rtrimstr("0"))Z"
    end;

"smartsupp-\(.accountId)-\(.channel.id)" as $id
| .messages as $messages
| [
    range(0; $messages | length) as $index
    | $messages[$index]
    | select(.type != "system")
    | {
        id: "\($id)-\($index + 1)",
        role: (if .type == "visitor" then "user" else "agent" end),
        content,
        createdAt: (.sentAt | instant)
      }
  ]
| select(length > 0)
| { id: $id, lastMessageAt: ([$messages[] | select(.type != "system").sentAt] | max | instant), messages: . }
