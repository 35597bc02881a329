-- One reply link a message at most: the platform's own; else the message of the same conversation that it quotes;
-- else, in a conversation that the platform made, the last message before it by somebody else (in a topic people
-- mostly speak to what was said last, and the nearest ask is found by climbing on from there); else, for a message
-- that opens, a message that it quotes from elsewhere.
with quoted as (
  select l.utterance, l.target as parent, t.conversation_key as parent_conversation,
         row_number() over (
           partition by l.utterance
           order by case when t.conversation_key = u.conversation_key then 0 else 1 end, t.written_at desc, t.utterance
         ) as preference
  from link l
  join utterance u on u.utterance = l.utterance and u.reply_to is null
  join utterance t on t.utterance = l.target and t.utterance <> l.utterance
  where l.kind = 'quote' and (t.written_at is null or u.written_at is null or t.written_at <= u.written_at)
),
line as (
  select utterance, conversation_key, coalesce(speaker, -utterance) as speaker, reply_to,
         row_number() over (partition by conversation_key order by written_at nulls last, id) as place_in_line
  from utterance
  where conversation_key is not null
),
neighbour as (
  select n.utterance, n.conversation_key, n.place_in_line, n.reply_to, b.utterance as before,
         case when b.utterance is not null and b.speaker <> n.speaker then 1 else 0 end as is_turn
  from line n
  left join line b on b.conversation_key = n.conversation_key and b.place_in_line = n.place_in_line - 1
),
turn as (
  select utterance, conversation_key, place_in_line, reply_to, before, is_turn,
         sum(is_turn) over (
           partition by conversation_key order by place_in_line rows between unbounded preceding and current row
         ) as turn
  from neighbour
),
answered as (
  select n.utterance, coalesce(t.before, o.utterance) as parent
  from turn n
  left join turn t on t.conversation_key = n.conversation_key and t.turn = n.turn and t.is_turn = 1
  left join turn o on o.conversation_key = n.conversation_key and o.place_in_line = 1
  where n.reply_to is null and n.place_in_line > 1
)
select u.utterance,
       case when u.reply_to is not null then u.reply_to
            when q.parent is not null and q.parent_conversation = u.conversation_key then q.parent
            when a.parent is not null then a.parent
            else q.parent end as parent,
       case when u.reply_to is not null then 'explicit'
            when q.parent is not null and q.parent_conversation = u.conversation_key then 'quoted'
            when a.parent is not null then 'inferred'
            else 'quoted' end as how
from utterance u
left join quoted q on q.utterance = u.utterance and q.preference = 1
left join answered a on a.utterance = u.utterance
where u.reply_to is not null or q.parent is not null or a.parent is not null
