-- One reply link a message at most: the platform's own; else the message of the same conversation that it quotes;
-- else, in a conversation that the platform made, its opening message; else a message it quotes from elsewhere.
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
opening as (
  select conversation_key, utterance
  from (
    select conversation_key, utterance,
           row_number() over (partition by conversation_key order by written_at nulls last, id) as place_in_line
    from utterance
    where conversation_key is not null and reply_to is null
  ) ordered
  where place_in_line = 1
)
select u.utterance,
       case when u.reply_to is not null then u.reply_to
            when q.parent is not null and q.parent_conversation = u.conversation_key then q.parent
            when o.utterance is not null and o.utterance <> u.utterance then o.utterance
            else q.parent end as parent,
       case when u.reply_to is not null then 'explicit'
            when q.parent is not null and q.parent_conversation = u.conversation_key then 'quoted'
            when o.utterance is not null and o.utterance <> u.utterance then 'inferred'
            else 'quoted' end as how
from utterance u
left join quoted q on q.utterance = u.utterance and q.preference = 1
left join opening o on o.conversation_key = u.conversation_key and u.reply_to is null
where u.reply_to is not null
   or q.parent is not null
   or (o.utterance is not null and o.utterance <> u.utterance)
