-- Responses to an ask: R by another person whose nearest ask above is A, in the same conversation, or from elsewhere
-- when R does something for A. One row a kind, with the first words of that kind; a message in which no kind was
-- read is `unread` or `other`. Where both accounts are unknown nothing says that they are two people: no response.
--
-- Nobody answers their own clarifying question. What its writer does below it (after the asker has explained) is
-- therefore said to the need above it, if it does anything at all.
with alive as (
  select t.utterance, t.conversation, t.speaker, t.written_at
  from thread t
  join utterance u on u.utterance = t.utterance
  where not t.is_gap and not coalesce(u.is_deleted, false)
),
said as (
  select a.utterance, a.act, a.start as start, a.end as end,
         row_number() over (partition by a.utterance, a.act order by a.start, a.end) as nth
  from act a
  where a.act in ('answers', 'experience', 'source', 'offers', 'did', 'rallies', 'comforts', 'asks', 'agrees', 'adds',
                  'corrects', 'praises', 'thanks', 'welcomes', 'disagrees', 'jokes', 'dismisses', 'promotes')
    and not (a.act = 'asks' and coalesce(a.sub_kind, '') = 'rhetorical')
),
addressed as (
  select n.utterance, n.ask, false as needs_act
  from nearest_ask n
  union all
  select n.utterance, n.need as ask, true as needs_act
  from nearest_ask n
  join ask own on own.ask = n.ask and own.sub_kind = 'clarify'
  join alive r on r.utterance = n.utterance and r.speaker = own.speaker
  where n.need <> n.ask
),
pair as (
  select d.ask, d.utterance, d.needs_act, r.conversation, r.speaker, r.written_at
  from addressed d
  join alive r on r.utterance = d.utterance
  join ask a on a.ask = d.ask
  where coalesce(r.speaker <> a.speaker, r.speaker is not null or a.speaker is not null)
    and r.utterance <> a.ask
    and (r.conversation = a.conversation
         or exists (select 1 from act x where x.utterance = r.utterance
                    and x.act in ('answers', 'experience', 'offers', 'did', 'comforts', 'rallies')))
)
select p.ask, p.conversation, p.utterance, p.speaker,
       coalesce(s.act, case when exists (select 1 from read q where q.utterance = p.utterance and q.outcome = 'unread')
                            then 'unread' else 'other' end) as kind,
       s.start as start, s.end as end, p.written_at, coalesce(w.is_automated, false) as is_automated
from pair p
left join said s on s.utterance = p.utterance and s.nth = 1
left join speaker w on w.speaker = p.speaker
where s.act is not null or not p.needs_act
