-- Answers that were confirmed: the asker said that it worked, under the answer or naming its writer; or the platform
-- carries a mark for it. An answer that was only inferred is not confirmed by words. A mark stands also where no ask was
-- read above it, and where askers marked the message in which they tell how they solved it themselves.
with worked as (
  select c.ask, c.conversation, c.answer, c.utterance as evidence, c.start as start, c.end as end,
         row_number() over (partition by c.ask, c.answer, c.utterance order by c.start, c.end) as nth
  from came_back c
  where c.outcome = 'worked' and c.answer_how in ('explicit', 'named')
    and exists (select 1 from response r where r.ask = c.ask and r.utterance = c.answer and r.kind = 'answers')
),
accepted as (
  select t.utterance as answer, t.conversation, t.speaker, coalesce(n.need, n.ask) as above
  from thread t
  join utterance u on u.utterance = t.utterance and not coalesce(u.is_deleted, false)
  left join nearest_ask n on n.utterance = t.utterance
  where not t.is_gap
    and exists (select 1 from mark m where m.utterance = t.utterance and m.kind = 'accepted')
)
select w.ask, w.conversation, w.answer, 'asker' as by, w.evidence, w.start as start, w.end as end
from worked w
where w.nth = 1
union all
select a.ask, p.conversation, p.answer, 'platform' as by, cast(null as bigint) as evidence,
       cast(null as integer) as start, cast(null as integer) as end
from accepted p
left join ask a on a.ask = p.above
