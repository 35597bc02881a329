-- What the words of each message do, with the person they name made a speaker where one name fits.
with participant as (
  select distinct t.conversation, t.speaker, lower(s.name) as called
  from thread t join speaker s on s.speaker = t.speaker
  union
  select distinct t.conversation, t.speaker, lower(s.handle) as called
  from thread t join speaker s on s.speaker = t.speaker
  where s.handle is not null
),
named as (
  select conversation, called, min(speaker) as speaker
  from participant
  group by conversation, called
  having count(distinct speaker) = 1
)
select w.utterance, t.conversation, w.reader, w.act, w.sub_kind, w."start", w."end", w.certainty,
       case when w.named = '*' then 0
            when n.speaker <> coalesce(t.speaker, 0) then n.speaker end as target
from words w
join thread t on t.utterance = w.utterance
left join named n on n.conversation = t.conversation and n.called = lower(w.named)
where w.act is not null
