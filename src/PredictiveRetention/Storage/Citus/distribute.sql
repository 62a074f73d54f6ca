-- Distributes the per-customer tables of a store over a Citus cluster by customer key, co-located, so that everything about a customer lies on
-- one node. The shop, the imports, the run ledger, the outbox and the summaries stay on the coordinator: they are small, and a run's state
-- changes there in one transaction with the rows. Partitions of prediction follow their parent.
-- Can be repeated: what is distributed already is left alone. UNPROVEN: written from Citus' documentation and not yet run on a cluster by
-- this project's tests.
CREATE EXTENSION IF NOT EXISTS citus;

DO $distribute$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['customer', 'orders', 'refund', 'engagement', 'subscription', 'prediction', 'run_quarantine', 'action_work', 'action_event', 'assignment', 'assignment_end'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = name::regclass) THEN
      PERFORM create_distributed_table(name, 'customer_key', colocate_with => CASE name WHEN 'customer' THEN 'none' ELSE 'customer' END);
    END IF;
  END LOOP;
END
$distribute$;
