DO $$
BEGIN
  IF to_regprocedure('create_reference_table(regclass)') IS NOT NULL THEN
    PERFORM create_distributed_table('auth_guests'::regclass, 'lane', colocate_with => 'none');
  END IF;
END
$$;
