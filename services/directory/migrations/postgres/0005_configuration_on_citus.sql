-- As the tables of 0003.
DO $$
BEGIN
  IF to_regprocedure('create_reference_table(regclass)') IS NOT NULL THEN
    PERFORM create_reference_table('directory_configuration'::regclass);
  END IF;
END
$$;
