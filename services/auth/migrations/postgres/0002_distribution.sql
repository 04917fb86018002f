-- How Citus spreads the tables; plain PostgreSQL has no such calls.
DO $$
DECLARE
  name TEXT;
BEGIN
  IF to_regprocedure('create_reference_table(regclass)') IS NULL THEN
    RETURN;
  END IF;
  PERFORM create_distributed_table('auth_accounts'::regclass, 'account_id');
  FOREACH name IN ARRAY ARRAY[
    'auth_sessions', 'auth_second_factors', 'auth_recovery_codes', 'auth_sanctions', 'auth_audit'
  ] LOOP
    PERFORM create_distributed_table(name::regclass, 'account_id', colocate_with => 'auth_accounts');
  END LOOP;
  PERFORM create_distributed_table('auth_emails'::regclass, 'email_key', colocate_with => 'none');
  PERFORM create_distributed_table('auth_identities'::regclass, 'identity_key', colocate_with => 'none');
  PERFORM create_distributed_table('auth_links'::regclass, 'expires_day', colocate_with => 'none');
  PERFORM create_reference_table('auth_signing_keys'::regclass);
  PERFORM create_reference_table('auth_migrations'::regclass);
END
$$;
