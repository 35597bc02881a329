-- The asker returned: a message by the asker below the ask, after some response by a person, that says what became of
-- it or thanks. One row an outcome. A `came_back` below somebody's clarifying question speaks of the asker's own need.
--
-- The answer it refers to: the response it replies to, also through one message of the asker's own (explicit); else
-- the last earlier response of someone it names, their answers before their other words (named); else the last
-- earlier answer (inferred). A reply link that was itself worked out makes it inferred.
with alive as (
  select t.utterance, t.conversation, t.speaker, t.written_at
  from thread t
  join utterance u on u.utterance = t.utterance
  where not t.is_gap and not coalesce(u.is_deleted, false)
),
word as (
  select a.utterance, a.target, a.start as start, a.end as end,
         case when a.act = 'thanks' then 'thanked' else a.sub_kind end as outcome, a.act
  from act a
  where (a.act = 'came_back' and a.sub_kind is not null) or a.act = 'thanks'
),
candidate as (
  select a.ask, p.conversation, p.utterance, p.written_at, w.outcome, w.start as start, w.end as end,
         row_number() over (partition by a.ask, p.utterance, w.outcome order by w.start, w.end) as nth
  from nearest_ask n
  join alive p on p.utterance = n.utterance
  join word w on w.utterance = p.utterance
  join ask a on a.speaker = p.speaker and (a.ask = n.ask or (a.ask = n.need and w.act = 'came_back'))
),
back as (
  select c.ask, c.conversation, c.utterance, c.written_at, c.outcome, c.start as start, c.end as end
  from candidate c
  where c.nth = 1
),
human as (
  select r.ask, r.utterance, r.speaker, r.written_at,
         max(case when r.kind = 'answers' then 1 else 0 end) as is_answer
  from response r
  where not r.is_automated
  group by r.ask, r.utterance, r.speaker, r.written_at
),
returned as (
  select b.ask, b.utterance, min(b.written_at) as written_at from back b group by b.ask, b.utterance
),
up as (
  select v.ask, v.utterance, r.parent, r.how
  from returned v
  join reply r on r.utterance = v.utterance
  union all
  select v.ask, v.utterance, r2.parent,
         case when r.how = 'inferred' then 'inferred' else r2.how end as how
  from returned v
  join reply r on r.utterance = v.utterance
  join alive own on own.utterance = r.parent
  join alive me on me.utterance = v.utterance and me.speaker = own.speaker
  join reply r2 on r2.utterance = r.parent
),
named as (
  select a.utterance, a.target as person from act a where a.act in ('came_back', 'thanks') and a.target is not null
  union
  select l.utterance, l.target as person from link l where l.kind = 'mention'
),
pick as (
  select u.ask, u.utterance, h.utterance as answer, case when u.how = 'inferred' then 3 else 1 end as rank,
         h.is_answer, h.written_at
  from up u
  join human h on h.ask = u.ask and h.utterance = u.parent
  union all
  select v.ask, v.utterance, h.utterance as answer, 2 as rank, h.is_answer, h.written_at
  from returned v
  join named m on m.utterance = v.utterance
  join human h on h.ask = v.ask and h.speaker = m.person and h.written_at < v.written_at
),
last_answer as (
  select v.ask, v.utterance, h.utterance as answer, h.written_at,
         row_number() over (partition by v.ask, v.utterance order by h.written_at desc, h.utterance desc) as nth
  from returned v
  join human h on h.ask = v.ask and h.is_answer = 1 and h.written_at < v.written_at
),
choice as (
  select k.ask, k.utterance, k.answer, k.rank,
         row_number() over (partition by k.ask, k.utterance
                            order by k.rank, k.is_answer desc, k.written_at desc, k.answer desc) as nth
  from (select p.ask, p.utterance, p.answer, p.rank, p.is_answer, p.written_at from pick p
        union all
        select l.ask, l.utterance, l.answer, 4 as rank, 1 as is_answer, l.written_at
        from last_answer l where l.nth = 1) k
)
select b.ask, b.conversation, b.utterance, b.outcome, c.answer,
       case c.rank when 1 then 'explicit' when 2 then 'named' when 3 then 'inferred' when 4 then 'inferred'
       end as answer_how,
       b.start as start, b.end as end, b.written_at
from back b
left join choice c on c.ask = b.ask and c.utterance = b.utterance and c.nth = 1
where c.rank in (1, 3)
   or exists (select 1 from human h where h.ask = b.ask and h.written_at < b.written_at)
