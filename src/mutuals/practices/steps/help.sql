-- Help: what people did for somebody else's need. One row an act. To answer a clarifying question is no help; to answer
-- below one's own clarifying question is. Declared bots do not reach out to anyone.
with said as (
  select a.utterance, a.act, a.start as start, a.end as end,
         row_number() over (partition by a.utterance, a.act order by a.start, a.end) as nth
  from act a
  where a.act in ('answers', 'offers', 'did', 'comforts', 'rallies')
)
select t.utterance as help, t.conversation, n.need, t.speaker as helper, a.speaker as helped, s.act,
       s.start as start, s.end as end, t.written_at
from said s
join thread t on t.utterance = s.utterance and not t.is_gap
join utterance u on u.utterance = s.utterance and not coalesce(u.is_deleted, false)
join nearest_ask n on n.utterance = s.utterance
join ask a on a.ask = n.need and coalesce(a.sub_kind, '') <> 'clarify'
left join ask q on q.ask = n.ask
left join speaker w on w.speaker = t.speaker
where s.nth = 1
  and coalesce(t.speaker <> a.speaker, t.speaker is not null or a.speaker is not null)
  and (s.act <> 'answers' or n.ask = n.need or q.ask is null or q.speaker = t.speaker)
  and not coalesce(w.is_automated, false)
