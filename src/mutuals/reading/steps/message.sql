-- What a reader gets (schema.MESSAGE): each message that has words, with what it answers and where it stands.
with opening as (
  select conversation, utterance, speaker
  from (
    select conversation, utterance, speaker, is_gap,
           row_number() over (partition by conversation order by depth, written_at nulls last, utterance) as turn
    from thread
  ) ordered
  where turn = 1 and not is_gap
),
arrival as (
  select conversation, min(written_at) as first_other_at, min(speaker) as any_speaker
  from (
    select t.conversation, t.speaker, t.written_at
    from thread t join opening o on o.conversation = t.conversation
    where t.speaker is not null and t.speaker <> coalesce(o.speaker, 0)
  ) others
  group by conversation
),
participant as (
  select distinct t.conversation, t.speaker, s.name, s.handle
  from thread t join speaker s on s.speaker = t.speaker
),
small as (
  select conversation from participant group by conversation having count(*) between 2 and 40
),
called as (
  select p.conversation, list(p.name order by p.name) as names, list(p.handle order by p.handle) as handles
  from participant p join small m on m.conversation = p.conversation
  group by p.conversation
)
select u.utterance, u.lang, u.title, u.text, u.code, p.text as parent_text, s.name as speaker_name,
       coalesce(o.utterance = u.utterance, false) as is_opening,
       coalesce(o.speaker = u.speaker, false) as by_opener,
       coalesce(p.speaker = u.speaker, false) as by_parent_speaker,
       coalesce(a.first_other_at < u.written_at, false) as after_others,
       case when c.names is not null then list_concat(c.names, c.handles)
            when ps.name is not null then [ps.name, ps.handle] end as names
from utterance u
join thread t on t.utterance = u.utterance
left join opening o on o.conversation = t.conversation
left join arrival a on a.conversation = t.conversation
left join utterance p on p.utterance = t.parent
left join speaker s on s.speaker = u.speaker
left join speaker ps on ps.speaker = p.speaker
left join called c on c.conversation = t.conversation
where not u.is_deleted
