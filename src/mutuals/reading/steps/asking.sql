-- The messages that open an ask, for finding the nearest ask above each message: what the reader is at least fairly
-- sure of, without rhetorical questions, and what a person said of it.
select r.utterance, coalesce(r.sub_kind, 'fact') as sub_kind
from reading r
where r.act = 'asks' and r.certainty in ('sure', 'likely') and coalesce(r.sub_kind, '') <> 'rhetorical'
  and not exists (select 1 from correction c
                  where c.utterance = r.utterance and c.act = 'asks')
union all
select c.utterance, coalesce(c.sub_kind, 'fact') as sub_kind
from correction c
where c.act = 'asks' and c.verdict = 'is' and coalesce(c.sub_kind, '') <> 'rhetorical'
