-- Praise, thanks and credit toward somebody else; one row an act and person, with the first words of it. A person who
-- could not be told stays null ("someone"). Ritual thanks were left out by the reader.
with said as (
  select t.utterance, t.conversation, t.speaker, t.written_at, a.act, a.target, a.start as start, a.end as end,
         row_number() over (partition by a.utterance, a.act, a.target order by a.start, a.end) as nth
  from act a
  join thread t on t.utterance = a.utterance and not t.is_gap
  join utterance u on u.utterance = a.utterance and not coalesce(u.is_deleted, false)
  where a.act in ('praises', 'thanks', 'credits')
    and coalesce(a.target <> t.speaker, true)
)
select s.utterance as praise, s.conversation, s.speaker, s.target as praised, s.act,
       case when s.target is null then null
            when exists (select 1 from link l
                         where l.utterance = s.utterance and l.kind = 'mention' and l.target = s.target) then 'mention'
            when p.speaker = s.target then 'reply'
            else 'name' end as how,
       s.start as start, s.end as end, s.written_at
from said s
left join reply r on r.utterance = s.utterance
left join thread p on p.utterance = r.parent
where s.nth = 1
