-- What each message does: the reader's words, what structure makes of them, and a person's corrections over both.
-- Words that the reader is unsure of ("perhaps") stay in `reading`. Three things are decided here and nowhere else:
--   answers    says something of substance under the nearest need, which is another person's: right under it, after
--              a question back of one's own, or when the asker says that it is not solved; elsewhere only in words of
--              advice, soon after a need of who opened the conversation, since a long topic drifts. Who has a need
--              above somebody's question explains that need, and answers nothing;
--   came_back  is said by the person whose need it is, after somebody else responded; bare thanks there are `thanked`;
--   thanks, praises and their like are said to somebody else: whom the words name, else whom the message answers;
--              what is said to everyone (target 0) is said to no one in particular.
-- What people often do not agree on (tier 3) becomes an act as well where the reader says it only perhaps and another
-- reader, a language model that was asked with its owner's consent, finds it in the same message. Pages show it folded.
with agreed as (
  select r.utterance, r.conversation, r.reader, r.act, r.sub_kind, r."start", r."end", 'likely' as certainty, r.target
  from reading r
  where r.act in ('disagrees', 'jokes', 'dismisses', 'promotes') and r.certainty = 'perhaps'
    and exists (select 1 from second_reading s
                where s.utterance = r.utterance and s.act = r.act
                  and split_part(s.reader, ' ', 1) <> split_part(r.reader, ' ', 1))
),
words as (
  select r.*, row_number() over (
           partition by r.utterance, r.act, r."start", r."end", r.sub_kind, r.target order by r.certainty desc, r.reader
         ) as copy
  from (select utterance, conversation, reader, act, sub_kind, "start", "end", certainty, target
        from reading
        where certainty in ('sure', 'likely')
        union all
        select utterance, conversation, reader, act, sub_kind, "start", "end", certainty, target
        from agreed) r
),
needed as (
  select n.utterance, n.ask, n.need, t.speaker, t.written_at, t.parent, t.conversation,
         w.speaker as asker, w.written_at as needed_at, coalesce(o.speaker = w.speaker, false) as by_opener
  from nearest_ask n
  join thread t on t.utterance = n.utterance
  left join thread w on w.utterance = n.need and w.conversation = t.conversation
  left join thread o on o.utterance = w.root and o.conversation = t.conversation
),
responded as (
  select need, min(written_at) as first_at
  from needed
  where need is not null and speaker is not null and asker is not null and speaker <> asker
  group by need
),
undated as (
  select distinct need
  from needed
  where need is not null and speaker is not null and asker is not null and speaker <> asker and written_at is null
),
placed as (
  select w.utterance, w.conversation, w.act, w.sub_kind, w."start", w."end", w.certainty, w.reader, w.target,
         t.speaker, t.parent, coalesce(t.how, 'explicit') as how, p.speaker as parent_speaker, p.parent as grandparent,
         n.need, n.asker, n.by_opener,
         coalesce(n.speaker = n.asker, false) as by_asker,
         coalesce(n.speaker <> n.asker, false) as by_helper,
         coalesce(n.speaker = n.asker and (p.speaker <> t.speaker or d.first_at < t.written_at
                  or (t.written_at is null and d.need is not null) or u.need is not null), false) as is_return,
         coalesce(n.need, n.ask) as above, a.speaker as above_speaker
  from words w
  join thread t on t.utterance = w.utterance
  left join thread p on p.utterance = t.parent and p.conversation = t.conversation
  left join needed n on n.utterance = w.utterance
  left join responded d on d.need = n.need
  left join undated u on u.need = n.need
  left join thread a on a.utterance = coalesce(n.ask, t.parent) and a.conversation = t.conversation
  where w.copy = 1
),
line as (
  select utterance, row_number() over (
           partition by conversation order by written_at nulls last, utterance
         ) as place_in_line
  from thread
  where not is_gap
),
stating as (
  select s.*, row_number() over (
           partition by s.utterance order by case s.certainty when 'sure' then 0 else 1 end, s."start", s."end"
         ) as preference
  from placed s
  join line l on l.utterance = s.utterance
  left join line d on d.utterance = s.need
  join utterance v on v.utterance = s.utterance
  where s.act = 'states' and s.by_helper
    and (s.certainty = 'sure' or substring(v.text, s."end", 1) <> '?')
    and (s.parent = s.need
         or (s.parent_speaker = s.asker
             and (s.above_speaker = s.speaker
                  or exists (select 1 from reading b
                             where b.utterance = s.parent and b.act = 'came_back' and b.certainty <> 'perhaps'
                               and b.sub_kind in ('did_not_work', 'partly'))))
         or (s.certainty = 'sure' and s.by_opener
             and (l.place_in_line - d.place_in_line <= 4
                  or (l.place_in_line - d.place_in_line <= 8 and (s.how <> 'inferred' or s.parent_speaker = s.asker))
                  or (s.how <> 'inferred' and s.grandparent = s.need)
                  or exists (select 1 from link k
                             where k.utterance = s.utterance and k.kind = 'mention' and k.target = s.asker))))
    and not exists (select 1 from needed o where o.utterance = s.need and o.asker = s.speaker)
    and not (s.certainty <> 'sure' and s.parent <> s.need
             and exists (select 1 from reading d
                         where d.utterance = s.parent and d.act in ('came_back', 'thanks') and d.certainty <> 'perhaps'
                           and coalesce(d.sub_kind, '') not in ('did_not_work', 'partly')))
    and not exists (select 1 from reading c
                    where c.utterance = s.utterance and c.act in ('asks', 'came_back') and c.certainty <> 'perhaps'
                      and c."start" <= s."start" and s."end" <= c."end")
),
said as (
  select utterance, conversation, act, sub_kind, "start", "end", speaker, parent, parent_speaker, above, above_speaker,
         target, certainty, reader as origin
  from placed
  where act not in ('states', 'answers', 'came_back')
    and not (act in ('thanks', 'welcomes') and parent is null and target is null)
  union all
  select utterance, conversation, 'answers' as act, null as sub_kind, "start", "end", speaker, parent, parent_speaker,
         need as above, above_speaker, target, certainty, 'structure' as origin
  from stating
  where preference = 1
  union all
  select utterance, conversation, act, sub_kind, "start", "end", speaker, parent, parent_speaker, above, above_speaker,
         target, certainty, reader as origin
  from placed
  where act = 'came_back' and is_return
  union all
  select p.utterance, p.conversation, 'came_back' as act, 'thanked' as sub_kind, min(p."start") as "start",
         min(p."end") as "end", p.speaker, p.parent, p.parent_speaker, p.above, p.above_speaker,
         cast(null as bigint) as target, min(p.certainty) as certainty, 'structure' as origin
  from placed p
  where p.act = 'thanks' and p.is_return
    and not exists (select 1 from placed o where o.utterance = p.utterance and o.act = 'came_back')
  group by p.utterance, p.conversation, p.speaker, p.parent, p.parent_speaker, p.above, p.above_speaker
),
aimed as (
  select s.utterance, s.conversation, s.act, s.sub_kind, s."start", s."end",
         case when s.act in ('thanks', 'praises', 'credits', 'agrees', 'welcomes', 'concedes', 'source', 'came_back')
              then s.parent
              when s.above is not null and (s.above_speaker is null or s.speaker is null or s.above_speaker <> s.speaker)
              then s.above
              else s.parent end as toward,
         case when s.target = 0 then null
              when s.target is not null then s.target
              when s.act in ('credits', 'vouches', 'source', 'announces') then null
              when s.act = 'asks' and coalesce(s.sub_kind, '') <> 'clarify' then null
              when s.parent_speaker <> s.speaker then s.parent_speaker end as target,
         s.certainty, s.origin
  from said s
),
corrected as (
  select c.*, row_number() over (
           partition by c.utterance, c.act order by c.said_at desc, c.verdict, c."start" nulls last
         ) as latest
  from correction c
),
by_person as (
  select c.utterance, t.conversation, c.act, c.sub_kind, coalesce(c."start", 0) as "start",
         coalesce(c."end", length(u.text)) as "end",
         case when n.ask is not null and (a.speaker is null or t.speaker is null or a.speaker <> t.speaker)
                   and c.act not in ('thanks', 'praises', 'credits', 'agrees', 'welcomes', 'concedes', 'source',
                                     'came_back')
              then n.ask else t.parent end as toward,
         case when c.act not in ('credits', 'vouches', 'source', 'announces', 'asks') and p.speaker <> t.speaker
              then p.speaker end as target,
         'sure' as certainty, 'person' as origin
  from corrected c
  join thread t on t.utterance = c.utterance
  join utterance u on u.utterance = c.utterance
  left join thread p on p.utterance = t.parent and p.conversation = t.conversation
  left join nearest_ask n on n.utterance = c.utterance
  left join thread a on a.utterance = n.ask and a.conversation = t.conversation
  where c.verdict = 'is' and c.latest = 1 and u.text is not null and length(u.text) > 0
)
select utterance, conversation, act, sub_kind, "start", "end", toward, target, certainty, origin
from aimed a
where not exists (select 1 from corrected c where c.utterance = a.utterance and c.act = a.act and c.latest = 1)
union all
select utterance, conversation, act, sub_kind, "start", "end", toward, target, certainty, origin
from by_person
