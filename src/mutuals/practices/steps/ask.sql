-- Asks: what people seek from others. Rhetorical questions open none; clarifying ones are kept (they open their own
-- answer) and are told apart by sub_kind. One ask a message: the first span, any other kind before a clarifying one.
-- same_as is filled afterwards, over all asks of the speakers concerned: practices/ask.py.
with said as (
  select a.utterance, a.sub_kind, a.start as start, a.end as end,
         row_number() over (
           partition by a.utterance
           order by case when a.sub_kind = 'clarify' then 1 else 0 end, a.start, a.end, a.sub_kind, a.origin) as nth
  from act a
  where a.act = 'asks' and coalesce(a.sub_kind, '') <> 'rhetorical'
)
select t.utterance as ask, t.conversation, t.place, t.speaker, t.written_at as asked_at, s.sub_kind,
       s.start as start, s.end as end, cast(null as bigint) as same_as
from said s
join thread t on t.utterance = s.utterance and not t.is_gap
join utterance u on u.utterance = s.utterance and not coalesce(u.is_deleted, false)
where s.nth = 1
