-- Who chimed in: others below a praise who praise, thank, credit or agree with the same person, or tell of them; aimed
-- at that person, or at no one and directly under the praise. Each is listed under the topmost praise of that person
-- above it, so a chime upon a chime joins the same choir.
--
-- Reads `nearest_praise(utterance, conversation, praise)`: for each message the nearest one strictly above it that
-- praises a person who could be told. From there at most eight further praises are looked through (`up1` to `up8`),
-- in plain joins and without ever listing all ancestors; a choir deeper than that is listed under the highest seen.
with alive as (
  select t.utterance, t.conversation, t.speaker, t.written_at
  from thread t
  join utterance u on u.utterance = t.utterance
  left join speaker w on w.speaker = t.speaker
  where not t.is_gap and not coalesce(u.is_deleted, false) and t.speaker is not null
    and not coalesce(w.is_automated, false)
    and not exists (select 1 from act x where x.utterance = t.utterance
                    and x.act in ('disagrees', 'dismisses', 'promotes'))
),
praised as (
  select p.praise, p.praised, min(p.speaker) as praiser
  from praise p
  where p.praised is not null
  group by p.praise, p.praised
),
said as (
  select m.utterance, m.conversation, m.speaker, m.written_at, a.act, a.target, a.start as start, a.end as end,
         r.parent, q.speaker as parent_speaker
  from act a
  join alive m on m.utterance = a.utterance
  join reply r on r.utterance = a.utterance
  left join thread q on q.utterance = r.parent
  where a.act in ('praises', 'thanks', 'credits', 'agrees', 'experience')
),
-- Who agrees with the praiser ("Ana is right") or tells the praiser of something, directly under the praise, joins it:
-- a reply is said to whom it answers, and that is not aiming at another person. Thanks to the praiser are.
aimed as (
  select s.utterance, s.speaker, s.target as praised
  from said s
  where s.target is not null
  union
  select s.utterance, s.speaker, p.praised
  from said s
  join praised p on p.praise = s.parent
  where s.target is null or (s.act in ('agrees', 'experience') and s.target = s.parent_speaker)
),
up0 as (
  select a.utterance, a.speaker, a.praised, n.praise as cursor_at, p.praise as top
  from aimed a
  join nearest_praise n on n.utterance = a.utterance
  left join praised p on p.praise = n.praise and p.praised = a.praised
),
up1 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up0 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
up2 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up1 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
up3 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up2 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
up4 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up3 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
up5 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up4 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
up6 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up5 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
up7 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up6 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
up8 as (
  select u.utterance, u.speaker, u.praised, n.praise as cursor_at, coalesce(p.praise, u.top) as top
  from up7 u
  left join nearest_praise n on n.utterance = u.cursor_at
  left join praised p on p.praise = n.praise and p.praised = u.praised
),
found as (
  select p.praise, p.praised, s.utterance, s.conversation, s.speaker, s.written_at, s.act, s.start as start,
         s.end as end,
         row_number() over (partition by p.praise, p.praised, s.utterance, s.act order by s.start, s.end) as nth
  from up8 u
  join praised p on p.praise = u.top and p.praised = u.praised
  join said s on s.utterance = u.utterance
  where u.speaker <> u.praised and coalesce(u.speaker <> p.praiser, true)
    and (s.target = u.praised
         or (exists (select 1 from praised d where d.praise = s.parent and d.praised = u.praised)
             and (s.target is null or (s.act in ('agrees', 'experience') and s.target = s.parent_speaker))))
)
select f.praise, f.conversation, f.praised, f.utterance, f.speaker, f.act, f.start as start, f.end as end,
       f.written_at
from found f
where f.nth = 1
