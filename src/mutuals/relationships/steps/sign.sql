-- Signs of trust from one person toward another; one row a message, sign and person, with the first words of it.
-- A mention is a sign of asking advice only where it addresses: inside the asking words, right beside them, or at the
-- very start; not in a courtesy copy, and not where the same person is thanked, praised or credited in that message.
with alive as (
  select t.utterance, t.conversation, t.speaker, t.written_at
  from thread t
  join utterance u on u.utterance = t.utterance
  where not t.is_gap and not coalesce(u.is_deleted, false) and t.speaker is not null
),
given as (
  select 'asked_advice_of' as sign, a.utterance, a.target as toward, a.start as start, a.end as end
  from act a
  where a.act = 'asks' and a.target is not null and coalesce(a.sub_kind, '') not in ('rhetorical', 'clarify')
  union all
  select 'asked_advice_of' as sign, k.ask as utterance, l.target as toward, k.start as start, k.end as end
  from ask k
  join link l on l.utterance = k.ask and l.kind = 'mention'
  where coalesce(k.sub_kind, '') <> 'clarify'
    and (l.start = 0 or (l.start <= k.end + 2 and l.end >= k.start - 2))
    and not exists (select 1 from act x where x.utterance = k.ask and x.target = l.target
                    and x.act in ('thanks', 'praises', 'credits'))
  union all
  select 'acted_on_advice' as sign, c.utterance, r.speaker as toward, c.start as start, c.end as end
  from came_back c
  join response r on r.ask = c.ask and r.utterance = c.answer and r.kind = 'answers'
  where c.outcome in ('worked', 'partly') and c.answer_how in ('explicit', 'named')
  union all
  select case a.act when 'vouches' then 'vouched' when 'credits' then 'credited' else 'defended' end as sign,
         a.utterance, a.target as toward, a.start as start, a.end as end
  from act a
  where a.act in ('vouches', 'credits', 'defends') and a.target is not null
),
first_words as (
  select g.sign, m.conversation, m.speaker, g.toward, g.utterance, g.start as start, g.end as end, m.written_at,
         row_number() over (partition by g.sign, g.toward, g.utterance order by g.start, g.end) as nth
  from given g
  join alive m on m.utterance = g.utterance
  where g.toward <> m.speaker
    and not exists (select 1 from speaker w where w.speaker in (g.toward, m.speaker) and w.is_automated)
)
select f.sign, f.conversation, f.speaker, f.toward, f.utterance, f.start as start, f.end as end, f.written_at
from first_words f
where f.nth = 1
