-- The tree edges: reply links that stay inside one conversation, and those to a message that is missing here (a gap,
-- which becomes a node of its own). A node carries a conversation of its own (`fixed`) where the platform names one;
-- elsewhere the root will name it. A gap answered from several platform conversations stands in the first of them.
with gap as (
  select r.parent as utterance, min(u.conversation_key) as fixed, min(u.place) as place
  from link_of_reply r
  join utterance u on u.utterance = r.utterance
  where not exists (select 1 from utterance p where p.utterance = r.parent)
  group by r.parent
),
node as (
  select u.utterance, u.conversation_key as fixed, u.speaker, u.written_at, u.place, r.parent, r.how,
         r.parent <> u.utterance
         and coalesce(p.conversation_key, g.fixed, 0) = coalesce(u.conversation_key, 0) as inside
  from utterance u
  left join link_of_reply r on r.utterance = u.utterance
  left join utterance p on p.utterance = r.parent
  left join gap g on g.utterance = r.parent
)
select utterance, fixed, speaker, written_at, place, false as is_gap,
       case when inside then parent end as parent, case when inside then how end as how
from node
union all
select utterance, fixed, null as speaker, null as written_at, place, true as is_gap, null as parent, null as how
from gap
