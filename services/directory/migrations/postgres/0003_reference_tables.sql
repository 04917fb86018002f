-- On Citus every node holds these small tables whole; plain PostgreSQL has no such call.
DO $$
DECLARE
  name TEXT;
BEGIN
  IF to_regprocedure('create_reference_table(regclass)') IS NOT NULL THEN
    FOREACH name IN ARRAY ARRAY[
      'directory_world', 'directory_pods', 'directory_shards', 'directory_regions',
      'directory_leader', 'directory_plans', 'directory_settings', 'directory_migrations'
    ] LOOP
      PERFORM create_reference_table(name::regclass);
    END LOOP;
  END IF;
END
$$;
